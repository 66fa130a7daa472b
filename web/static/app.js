// Keys, the drop zone and the progress of an upload. Every page can be read without it.
(function () {
  "use strict";
  var $ = function (s, from) { return (from || document).querySelector(s); };
  var typing = function (e) { return e.target.closest("input, textarea, select, [contenteditable]"); };
  var still = function () { return matchMedia("(prefers-reduced-motion: reduce)").matches; };

  // j and k walk through what a page lists; the first step begins at what can be seen.
  function move(step) {
    var items = Array.from(document.querySelectorAll("main [data-item]")).filter(function (i) { return i.offsetParent !== null; });
    if (!items.length) return;
    var now = document.activeElement ? items.indexOf(document.activeElement.closest("[data-item]")) : -1;
    var next = now + step;
    if (now < 0) next = Math.max(0, items.findIndex(function (i) { return i.getBoundingClientRect().bottom > 90; }));
    next = Math.min(items.length - 1, Math.max(0, next));
    var item = items[next];
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: item.offsetHeight > innerHeight * .6 ? "start" : "center", behavior: still() ? "auto" : "smooth" });
    if (item.dataset.paper && window.htmx) {
      clearTimeout(move.wait);
      move.wait = setTimeout(function () { htmx.ajax("GET", item.dataset.paper, { target: "#paper", swap: "innerHTML" }); }, 150);
    }
  }

  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape" && typing(e)) { e.target.blur(); return; }
    if (typing(e)) {
      if (e.key === "ArrowDown" && e.target.id === "q") { e.preventDefault(); e.target.blur(); move(1); }
      return;
    }
    var item = document.activeElement && document.activeElement.closest("[data-item]");
    switch (e.key) {
      case "/": var q = $("#q"); if (q) { e.preventDefault(); q.focus(); q.select(); } break;
      case "j": move(1); break;
      case "k": move(-1); break;
      case "Enter": if (item && item === document.activeElement) { var a = $("[data-open]", item) || $(".anchor", item); if (a) { e.preventDefault(); a.click(); } } break;
      case "a": var yes = item && $("[data-accept]", item); if (yes) { e.preventDefault(); yes.click(); break; } var issue = $("[data-approve]"); if (issue) { e.preventDefault(); issue.focus(); } break;
      case "x": var why = item && $(".judge input", item) || $("[data-reject]"); if (why) { e.preventDefault(); why.focus(); } break;
    }
  });

  // A candidate that was judged keeps the focus, so that j goes on from there.
  document.addEventListener("htmx:afterSwap", function (e) {
    var paper = $("#paper");
    if (paper && e.detail.target === paper && matchMedia("(max-width: 760px)").matches && !document.activeElement.matches("[data-item]")) paper.scrollIntoView();
    var id = e.detail.requestConfig && /\/drift\/candidates\/([^/?]+)/.exec(e.detail.requestConfig.path);
    var done = id && document.getElementById(decodeURIComponent(id[1]));
    if (done) done.focus({ preventScroll: true });
  });
  // The search field says what is being searched also when the page was left by going back.
  addEventListener("pageshow", function (e) { var q = $("#q"); if (e.persisted && q) q.value = new URLSearchParams(location.search).get("q") || ""; });

  // What takes a while says so, and is sent once.
  document.addEventListener("submit", function (e) {
    var form = e.target.closest("[data-busy]");
    if (!form) return;
    if (form.getAttribute("aria-busy")) { e.preventDefault(); return; }
    form.setAttribute("aria-busy", "true");
    $("button", form).textContent = form.dataset.busy;
  });
  // An address that names something on the page gives it the keys.
  function aim() {
    var named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named && named.matches("[data-item]:not(.sec)")) named.focus({ preventScroll: true });
  }
  addEventListener("hashchange", aim);

  document.addEventListener("click", function (e) {
    var link = e.target.closest("[data-copy]");
    if (!link || !navigator.clipboard) return;
    e.preventDefault();
    navigator.clipboard.writeText(link.href).then(function () { link.textContent = "copied"; }, function () { location.href = link.href; });
  });

  function drops() {
    var drop = $("#drop"), files = $("#files"), chosen = $("#chosen");
    if (!drop) return;
    var show = function () { if (files.files.length) chosen.textContent = Array.from(files.files).map(function (f) { return f.name; }).join(", "); };
    files.addEventListener("change", show);
    var holds = function (e) { return Array.from(e.dataTransfer.types).includes("Files"); }; // text that is dragged about is none of ours
    ["dragenter", "dragover"].forEach(function (n) { addEventListener(n, function (e) { if (holds(e)) { e.preventDefault(); over(); } }); });
    // Browsers say every third of a second that something still hangs there, and not always that it is gone.
    var gone, over = function () { clearTimeout(gone); drop.classList.add("over"); gone = setTimeout(function () { drop.classList.remove("over"); }, 1200); };
    addEventListener("drop", function (e) {
      if (!holds(e)) return;
      e.preventDefault();
      drop.classList.remove("over");
      if (e.dataTransfer.files.length) { files.files = e.dataTransfer.files; show(); drop.requestSubmit(); }
    });
  }

  function progress() {
    var box = $("#progress");
    if (!box || !window.EventSource) return;
    var bar = $("progress", box), text = $("p", box), events = new EventSource(box.dataset.events);
    events.onmessage = function (e) {
      var s = JSON.parse(e.data);
      if (s.over) { events.close(); location.reload(); return; }
      bar.max = s.total; bar.value = s.done;
      text.textContent = s.done + " of " + s.total + (s.file ? " · " + s.file : "");
    };
    events.onerror = function () { events.close(); setTimeout(function () { location.reload(); }, 2000); };
  }
  // An answer appears as it comes and is then replaced by the checked one. Who leaves the page ends it.
  function answer() {
    document.querySelectorAll("[data-plain]").forEach(function (i) { i.remove(); });
    var question = $("#question");
    if (question) question.addEventListener("keydown", function (e) { if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); question.form.requestSubmit(); } });
    var box = $("#answer[data-question]");
    if (!box || !window.fetch || !window.ReadableStream) return;
    var text = $(".stream", box), stop = new AbortController(), begun = false, rest = "", over = false;
    var failed = function (why) { over = true; text.className = "note alert"; text.setAttribute("role", "alert"); text.textContent = why; };
    var take = function (line) {
      var e = JSON.parse(line);
      if (e.text) { if (!begun) text.textContent = ""; begun = true; text.textContent += e.text; }
      if (e.error) failed(e.error);
      if (e.html) { over = true; box.innerHTML = e.html; if (window.htmx) htmx.process(box); }
    };
    addEventListener("pagehide", function () { stop.abort(); });
    fetch("/ask/answer", { method: "POST", body: new URLSearchParams({ q: box.dataset.question, tier: box.dataset.tier }), signal: stop.signal }).then(function (r) {
      if (!r.ok) { failed("The server answered with status " + r.status + "."); return; }
      var from = r.body.getReader(), decode = new TextDecoder();
      return from.read().then(function more(part) {
        rest += decode.decode(part.value || new Uint8Array(), { stream: !part.done });
        var lines = rest.split("\n");
        rest = lines.pop();
        lines.forEach(take);
        if (!part.done) return from.read().then(more);
        if (!over) failed("The answer ended before it was whole.");
      });
    }).catch(function (e) { if (e.name !== "AbortError") failed("The answer broke off: " + e.message + "."); });
  }

  // The outline shows where in it the cited section is.
  var here = $(".outline [aria-current]"), list = here && here.closest(".outline");
  if (list && list.scrollHeight > list.clientHeight) list.scrollTop = here.offsetTop - list.clientHeight / 2;
  aim();
  drops();
  progress();
  answer();
})();
