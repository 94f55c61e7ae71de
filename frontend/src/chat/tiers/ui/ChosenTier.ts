import { createContext } from "react";

/** The name of the tier that is chosen beside the box: it writes what is asked for anywhere on the page. */
export const ChosenTier = createContext("");
