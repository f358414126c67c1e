/**
 * The page of Crazy Eights: the kit's shell does the lobby, reconnecting and results; this shows the table
 * and one's own hand. Nobody else's cards ever get here: there is nothing to hide.
 */

import { shell } from "/sdk/kit/shell.js";
import { CardTable } from "./table.js";

shell({
  game: "cards",
  title: "Crazy Eights",
  how:
    "Get rid of your cards. Play the same suit or the same rank; an eight fits always, and names the next " +
    "suit. Who is out first gets points for what the others hold; 100 win. Keys: arrows and Enter, D " +
    "draws, P passes.",
  rooms: [{ label: "Private room" }, { label: "Private, to 30 points", options: { target: 30 } }],
  least: 3,
  scene: (stage, source, ui) => new CardTable(stage, source, ui),
});
