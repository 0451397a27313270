// The live page in a notebook, and between it and the kernel the numbers of the leaves.
export default {
  render({ model, el }) {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = "Live page";
    frame.srcdoc = model.get("page");
    Object.assign(frame.style, { border: 0, height: "640px", width: "100%" });
    const send = (passed) => frame.contentWindow?.postMessage({ chainrule: model.get("numbers"), passed }, "*");
    let waiting = 0;
    const receive = ({ source, data }) => {
      if (source !== frame.contentWindow || !Array.isArray(data?.chainrule)) return;
      model.set("numbers", data.chainrule);
      waiting ||= setTimeout(() => { waiting = 0; model.save_changes(); }, 40);
    };
    addEventListener("message", receive);
    frame.addEventListener("load", () => send(false));
    model.on("change:numbers", () => send(false));
    model.on("change:passes", () => send(true));
    el.append(frame);
    return () => removeEventListener("message", receive);
  },
};
