"""Texts that have broken other people's software: each must be stored and returned as it was sent."""

RIGHT_TO_LEFT = "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627\u202c \u2067abc\u2069"

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


def hostile_texts(*, long_chars: int) -> list[str]:
    """One text of each kind; the long one has ``long_chars`` characters. All of them can be stored by PostgreSQL.

    A true NUL is not among them: PostgreSQL's text has no such character. Its usual disguises are.
    """
    return [
        """It's "quoted", `ticked`, ''doubled'' and \\'escaped\\' \u2019""",
        "'; drop table platform.messages; --  $1 %s :name {0} ${jndi} ' or 1=1; select pg_sleep(0)",
        "nul \\0 \\x00 \\u0000 %00 &#0; \u2400 \ufffd \ufeff \u200b end",
        RIGHT_TO_LEFT,
        f"{FAMILY} \U0001f1fa\U0001f1f3 \U0001f3f4 e\u0301 \u00e9 Z\u0361\u0358",
        '{"type":"agent_completed","payload":{"result":null},"user_id":"*"} [[[[{}]]]] \\" \\\\',
        "<script>alert(1)</script> <img src=x onerror=alert(1)> &lt;b&gt; &amp;amp; </textarea>",
        "  spaces\tin front \r\n\n and line ends\u2028 behind \u00a0 ",
        "x" * (long_chars - 1) + "y",
    ]
