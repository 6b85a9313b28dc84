// What scripts add to pages that are whole without them: suggestions, charts that can be read and
// zoomed, the tree, answers without a reload, light or dark.
import { drawCharts } from "./chart";
import { openEvidence } from "./evidence";
import { explainKeys } from "./keys";
import { keepPlaceInAddress } from "./page_state";
import { suggestWhileTyping } from "./search_box";
import { chooseTheme } from "./theme";
import { growTrees } from "./tree";

function enhance(root: ParentNode): void {
  drawCharts(root);
  growTrees(root);
  openEvidence(root);
}

chooseTheme();
explainKeys();
suggestWhileTyping();
keepPlaceInAddress(enhance);
enhance(document);
document.documentElement.dataset.ready = "1";
