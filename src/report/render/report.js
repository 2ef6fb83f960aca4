"use strict";
// wiredrift report: search, filters, expand all, links. The page is complete without it.
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters"); // absent where nothing can be filtered
  const list = byId("changes");
  const output = byId("shown");
  const none = byId("none");
  const numbers = new Intl.NumberFormat("en");
  let groups = null;
  let timer = 0;
  let opened = false;
  let printed = [];

  // Every group with its changes, read from the page once, when first needed.
  function index() {
    groups ??= Array.from(list.querySelectorAll(".group"), (el) => ({
      el,
      count: el.querySelector(".count"),
      label: el.querySelector(".count")?.textContent,
      items: Array.from(el.querySelectorAll("article[data-level]"), (item) => ({
        el: item,
        shown: true,
        text: null,
        level: item.dataset.level,
        op: ` ${item.dataset.op} `,
        side: ` ${item.dataset.side} `,
        seen: item.dataset.seen,
      })),
    }));
    return groups;
  }

  const textOf = (item) => (item.text ??= item.el.textContent.toLowerCase());

  const levels = () => Array.from(form.querySelectorAll("input[name=level]"));

  // What is asked for now: only what differs from "everything".
  function read() {
    const state = {};
    for (const name of ["q", "op", "side", "seen"]) {
      const value = form.elements[name]?.value.trim();
      if (value) state[name] = value;
    }
    const on = levels().filter((box) => box.checked);
    if (on.length < levels().length) state.level = on.map((box) => box.value).join(",");
    return state;
  }

  function write(state) {
    for (const name of ["q", "op", "side", "seen"]) {
      const control = form.elements[name];
      if (control) control.value = state[name] ?? "";
      if (control && control.selectedIndex === -1) control.value = "";
    }
    const on = state.level?.split(",");
    for (const box of levels()) box.checked = !on || on.includes(box.value);
  }

  function filter() {
    const state = read();
    const words = (state.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const on = state.level?.split(",");
    const op = state.op && ` ${state.op} `;
    const side = state.side && ` ${state.side} `;
    let total = 0;
    let shown = 0;
    for (const group of index()) {
      let here = 0;
      for (const item of group.items) {
        let keep =
          (!on || on.includes(item.level)) &&
          (!op || item.op.includes(op)) &&
          (!side || item.side.includes(side)) &&
          (!state.seen || item.seen === state.seen);
        if (keep && words.length) keep = words.every((word) => textOf(item).includes(word));
        if (keep !== item.shown) item.el.hidden = !(item.shown = keep);
        here += keep ? 1 : 0;
      }
      const all = group.items.length;
      group.el.hidden = here === 0 && all > 0;
      if (group.count) group.count.textContent = here === all ? group.label : `${here} of ${group.label}`;
      total += all;
      shown += here;
    }
    const noun = output.dataset[total === 1 ? "one" : "many"];
    output.textContent = `${shown === total ? "" : `${numbers.format(shown)} of `}${numbers.format(total)} ${noun}`;
    none.hidden = shown > 0;
    return state;
  }

  // Filters stand in the fragment as `#?q=…&level=…`, so that they outlive a reload and can be sent.
  function changed() {
    clearTimeout(timer);
    const query = new URLSearchParams(filter()).toString();
    const old = location.hash;
    if (query || old.startsWith("#?")) {
      try {
        history.replaceState(null, "", query ? `#?${query}` : location.href.split("#")[0]);
      } catch { /* some viewers refuse; the filter works all the same */ }
    }
    if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
  }

  function clear() {
    write({});
    changed();
  }

  // Follows the fragment: filters, or an element to show and the details around it to open.
  function follow() {
    const hash = location.hash;
    if (form && hash.startsWith("#?")) {
      write(Object.fromEntries(new URLSearchParams(hash.slice(2))));
      filter();
      return;
    }
    let id = hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* taken as it stands */ }
    const target = id && byId(id);
    if (!target) return;
    if (form && target.closest("[hidden]")) {
      write({});
      filter();
    }
    for (let el = target; el; el = el.parentElement) if (el.localName === "details") el.open = true;
    // Twice: what was skipped over has its true height only after it was drawn.
    target.scrollIntoView();
    requestAnimationFrame(() => requestAnimationFrame(() => target.scrollIntoView()));
  }

  function toggle(button) {
    opened = !opened;
    for (const el of list.querySelectorAll("article:not([hidden]) details")) el.open = opened;
    button.textContent = opened ? "Collapse all" : "Expand all";
  }

  async function copy(link) {
    try {
      await navigator.clipboard.writeText(link.href);
    } catch {
      return; // the link itself was followed, which puts it in the address bar
    }
    link.classList.add("copied");
    if (byId("said")) byId("said").textContent = "Link copied";
    setTimeout(() => {
      link.classList.remove("copied");
      if (byId("said")) byId("said").textContent = "";
    }, 1500);
  }

  document.addEventListener("click", (event) => {
    const el = event.target.closest?.("[data-act], .permalink");
    if (!el) return;
    if (el.dataset.act === "clear") clear();
    else if (el.dataset.act === "toggle") toggle(el);
    else copy(el);
  });

  document.addEventListener("keydown", (event) => {
    const search = form?.elements.q;
    if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.closest?.("input[type=search], select, textarea")) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search) {
      event.preventDefault();
      if (search.value === "") search.blur();
      search.value = "";
      changed();
    }
  });

  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => {
    printed = Array.from(document.querySelectorAll("details:not([open])")).filter((el) => !el.closest("[hidden]"));
    for (const el of printed) el.open = true;
  });
  addEventListener("afterprint", () => {
    for (const el of printed) el.open = false;
    printed = [];
  });

  if (form) {
    form.addEventListener("input", (event) => {
      clearTimeout(timer);
      if (event.target.name === "q") timer = setTimeout(changed, 60);
      else changed();
    });
    // The texts are read when somebody turns to the filters, before the first letter is typed.
    form.addEventListener("focusin", () => setTimeout(() => index().forEach((group) => group.items.forEach(textOf))), { once: true });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
  }
  follow();
})();
