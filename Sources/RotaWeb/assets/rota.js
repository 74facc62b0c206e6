"use strict";
// Pages work without this; with it, progress is live and lists are quicker to use.
(() => {
  const progress = document.getElementById("progress");
  if (progress) {
    const source = new EventSource(progress.dataset.events);
    const bar = document.getElementById("bar");
    const set = (id, text) => {
      const element = document.getElementById(id);
      if (element && element.textContent !== text) element.textContent = text;
    };
    source.addEventListener("progress", (event) => {
      const sign = JSON.parse(event.data);
      set("step", sign.words);
      set("elapsed", sign.elapsed);
      set("requests", sign.requests);
      if (sign.total) {
        bar.max = sign.total;
        bar.value = sign.done;
      } else {
        bar.removeAttribute("value");
      }
    });
    source.addEventListener("end", () => {
      source.close();
      location.reload();
    });
    source.addEventListener("error", () => {
      // 204: it had ended before we listened.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 1000);
    });
  }

  // What changes in Clockify shows on an open page, where it shows anything of it; who is typing is asked first.
  const live = document.body.dataset.live;
  if (live) {
    const main = document.getElementById("main");
    const fields = () => [...main.querySelectorAll("input, select, textarea")];
    const asRead = fields().map((field) => field.value);
    const isTyping = () =>
      fields().some((field, index) => field === document.activeElement || field.value !== asRead[index]);
    let notice = null;
    new EventSource(live).addEventListener("changed", async () => {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || page.getElementById("main").textContent === main.dataset.text) return;
      if (!isTyping()) return location.reload();
      if (notice) return;
      notice = document.createElement("p");
      notice.className = "said";
      notice.setAttribute("role", "status");
      notice.append("Hours on this page have changed. ", Object.assign(document.createElement("a"), { href: location.href, textContent: "Show them" }));
      main.prepend(notice);
    });
    main.dataset.text = main.textContent;
  }

  // Filters show at once what is chosen.
  for (const form of document.querySelectorAll("form.filters")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=date]")) form.requestSubmit();
    });
  }

  // Shift and click ticks all between two boxes.
  const boxes = [...document.querySelectorAll("td input[type=checkbox]")];
  let last = null;
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = box;
    });
  }

  // Letters press the buttons of a review.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    if (/^[a-z]$/.test(event.key)) document.querySelector(`[data-key="${event.key}"]`)?.click();
  });

  // Arrows go from figure to figure in a week.
  const week = document.querySelector("table.week");
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  week?.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell) return;
    const rows = [...week.rows];
    let row = rows.indexOf(cell.parentElement);
    let column = cell.cellIndex;
    for (;;) {
      row += step[0];
      column += step[1];
      const next = rows[row]?.cells[column];
      if (!next) return;
      const link = next.querySelector("a");
      if (link) {
        event.preventDefault();
        link.focus();
        return;
      }
    }
  });

  // "/" goes to the search field of the list, or to that of everything.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, select, textarea")) return;
    const field = document.querySelector("main input[type=search]") || document.querySelector("input[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });
})();
