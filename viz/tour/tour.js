// One chapter at a time: its words above, its page in a frame that may run its script and no more.
"use strict";
(() => {
  const chapters = JSON.parse(document.getElementById("pages").textContent);
  const tabs = [...document.querySelectorAll("[role='tab']")];
  const stage = document.getElementById("stage"), text = document.getElementById("text");

  function show(k, focus = false) {
    tabs.forEach((tab, n) => {
      tab.setAttribute("aria-selected", n === k);
      tab.tabIndex = n === k ? 0 : -1;
    });
    if (focus) tabs[k].focus();
    text.textContent = chapters[k].text;
    stage.setAttribute("aria-labelledby", `tab${k}`);
    const frame = document.createElement("iframe");
    frame.title = chapters[k].title;
    frame.setAttribute("sandbox", "allow-scripts");
    frame.srcdoc = chapters[k].page;
    stage.replaceChildren(frame);
    try { history.replaceState(null, "", `#chapter=${k + 1}`); } catch { /* in a frame */ }
  }
  tabs.forEach((tab, k) => {
    tab.onclick = () => show(k);
    tab.onkeydown = (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by) show((k + by + tabs.length) % tabs.length, true);
    };
  });
  const asked = /^#chapter=(\d+)$/.exec(location.hash);
  show(asked && chapters[asked[1] - 1] ? asked[1] - 1 : 0);
})();
