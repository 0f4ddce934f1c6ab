// How Sphinx's search sorts what it finds: modules first, what is about the course's making last.
// Its other figures are those of Sphinx, which takes all of them from here or none.
Object.assign(globalThis, {
  Scorer: {
    /** @param {[string, string, string, string | null, number, string]} result */
    score: (result) => {
      const [page] = result;
      const first = page.startsWith("modules/") ? 1000 : 0;
      const last = /^(developing|facilitate|guides)\//u.test(page) ? -1000 : 0;
      return result[4] + first + last;
    },
    objNameMatch: 11,
    objPartialMatch: 6,
    objPrio: { 0: 15, 1: 5, 2: -5 },
    objPrioDefault: 0,
    title: 15,
    partialTitle: 7,
    term: 5,
    partialTerm: 2,
  },
});
