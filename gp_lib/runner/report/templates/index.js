"use strict";
(() => {
  const page = document.documentElement;
  page.classList.add("js");
  const list = document.querySelector(".scenarios");
  const all = [...list.children];
  const search = document.getElementById("search");
  const sort = document.getElementById("sort");
  const chips = [...document.querySelectorAll(".chip")];
  const shown = document.getElementById("shown");
  const words = new Map(all.map((item) => [item, item.textContent.toLowerCase()]));
  let at = -1;

  function visible() {
    return all.filter((item) => !item.hidden).sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1));
  }

  function filter() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.verdict);
    let count = 0;
    for (const item of all) {
      const fits = (!verdicts.length || verdicts.includes(item.dataset.verdict)) && wanted.every((word) => words.get(item).includes(word));
      item.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = count === all.length ? "" : `${count} of ${all.length} shown`;
    document.getElementById("nothing").hidden = count > 0 || !all.length;
    at = -1;
  }

  const orders = {
    verdict: (a, b) => a.dataset.order - b.dataset.order,
    name: (a, b) => a.dataset.name.localeCompare(b.dataset.name),
    time: (a, b) => b.dataset.time - a.dataset.time,
  };

  function go(step) {
    const items = visible();
    if (!items.length) return;
    at = Math.min(Math.max(at + step, 0), items.length - 1);
    const target = items[at].querySelector("h3 a, summary") || items[at];
    if (target === items[at]) target.tabIndex = -1;
    target.focus();
    items[at].scrollIntoView({ block: "nearest" });
  }

  const keys = {
    "/": () => search.focus(),
    j: () => go(1),
    k: () => go(-1),
    o: () => {
      const fold = document.activeElement.closest(".scenario")?.querySelector("details");
      if (fold) fold.open = !fold.open;
    },
    Escape: () => {
      search.value = "";
      chips.forEach((chip) => chip.setAttribute("aria-pressed", "false"));
      filter();
    },
  };

  search.addEventListener("input", filter);
  sort.addEventListener("change", () => list.append(...all.slice().sort(orders[sort.value])));
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== "Escape") || !keys[event.key]) return;
    event.preventDefault();
    if (typing) event.target.blur();
    keys[event.key]();
  });
})();
