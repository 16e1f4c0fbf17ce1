"""The static report of a batch, made from the files of its folder: pages for people, JUnit and Markdown for CI."""
