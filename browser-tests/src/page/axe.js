// Runs axe-core on the page as it is; each violation with the elements it is found at.
const done = arguments[arguments.length - 1];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe
  .run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] })
  .then(({ violations }) =>
    violations.map(({ id, help, nodes }) => {
      const places = nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`);
      return `${id} (${help}): ${places.join("; ")}`;
    }),
  )
  .then(done, (error) => done([`axe-core failed: ${error}`]));
