// In a notebook with a kernel the numbers go out to it, and come in from it (see widget.js).
if (page.bridge) {
  Object.assign(state, { step: page.known ? last : turn - 1, overview: page.known });
  let known = "";
  const numbers = () => leaves.map((i) => exact(state.numbers[i]));
  listeners.push(() => {
    if (known !== (known = numbers().join())) parent.postMessage({ chainrule: numbers() }, "*");
  });
  addEventListener("message", ({ source, data }) => {
    if (source !== parent || data?.chainrule?.length !== leaves.length) return;
    leaves.forEach((i, k) => { state.numbers[i] = Number(data.chainrule[k].replace("inf", "Infinity")); });
    known = numbers().join();
    refresh();
    if (data.passed) { pause(); go(turn - 1); play(); }  // backward() in a cell
  });
}
