// What the page says in numbers, shown or folded.
const texts = (selector) =>
  [...document.querySelectorAll(selector)].map((element) =>
    element.textContent.replace(/\s+/g, " ").trim(),
  );
return { count: texts("#count"), findings: texts("#main .finding"), tables: texts("#main table") };
