/** Links for others. */

import { writeLink } from "./links.js";

/**
 * Copies a link to the clipboard.
 * @param {Partial<import("./links.js").Link>} to
 * @param {(text: string) => void} say
 */
export async function share(to, say) {
  const address = location.origin + location.pathname + writeLink(to);
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied.");
  } catch {
    prompt("Copy this link:", address); // without https the clipboard is not ours
  }
}
