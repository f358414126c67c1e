// Dark or light: as the system is, until somebody chooses. Run before the page is painted.

const KEY = "rallypoint-theme";

/** @returns {"dark" | "light" | ""} empty: as the system is */
export function chosen() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : "";
  } catch {
    return ""; // storage is forbidden here
  }
}

/** The other one, from now on. */
export function toggle() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const next = (chosen() || system) === "dark" ? "light" : "dark";
  try {
    if (next === system) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // then it lasts as long as this page
  }
  show(next === system ? "" : next);
}

/** @param {"dark" | "light" | ""} theme */
function show(theme) {
  if (theme) document.documentElement.dataset["theme"] = theme;
  else delete document.documentElement.dataset["theme"];
}

show(chosen());
