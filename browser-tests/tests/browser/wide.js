// Elements that reach beyond the right edge of the page, unless they are in a part that scrolls
// within itself; none if the page itself does not scroll sideways.
const { scrollWidth, clientWidth } = document.documentElement;
if (scrollWidth <= clientWidth) return [];
const scrolls = (element) =>
  element !== document.body &&
  element !== document.documentElement &&
  ["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX);
const contained = (element) =>
  element !== null && (scrolls(element) || contained(element.parentElement));
return [...document.body.querySelectorAll("*")]
  .filter((element) => element.getBoundingClientRect().right + scrollX > clientWidth + 1)
  .filter((element) => !contained(element.parentElement))
  .map((element) => `${element.tagName} ${element.id} ${element.className}`)
  .concat([`page ${scrollWidth} > ${clientWidth}`]);
