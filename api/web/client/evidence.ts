// An edge of the drawing leads to its evidence, which opens.
function openTarget(): void {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const details = target?.closest("details");
  if (!details) return;
  details.open = true;
  details.querySelector("summary")?.focus();
}

let listening = false;

export function openEvidence(root: ParentNode): void {
  // A drawing wider than the screen begins where the model is: at its right end.
  for (const drawing of root.querySelectorAll(".drawing")) drawing.scrollLeft = drawing.scrollWidth;
  if (!root.querySelector("details.evidence")) return;
  if (!listening) {
    listening = true;
    addEventListener("hashchange", openTarget);
    // The same edge a second time changes no address.
    document.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<SVGAElement>("a.edge");
      if (link && link.getAttribute("href") === location.hash) openTarget();
    });
  }
  openTarget();
}
