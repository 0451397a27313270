// The link to the page as it is now.
byId("here").onclick = async (event) => {
  event.preventDefault();  // in a frame, following it would load the notebook into its own cell
  const here = byId("here");
  try {
    history.replaceState(null, "", stated());
    await navigator.clipboard.writeText(location.href);
    here.textContent = "copied";
  } catch { here.textContent = "see address"; }
  setTimeout(() => { here.textContent = "link"; }, 1600);
};
