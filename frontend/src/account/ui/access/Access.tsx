import { useState } from "react";
import { assertNever } from "../../../lib/never";
import { createAccess } from "../../access";
import type { AccountApp } from "../../app";
import type { AccessViewId } from "../../view";
import { Keys } from "./Keys";
import { Sessions } from "./Sessions";
import { Workers } from "./Workers";
import { YourData } from "./YourData";
import "../../styles/access.css";

export interface AccessProps {
  app: AccountApp;
  view: AccessViewId;
}

/** Who may act for the person, and all that is held of them. */
export default function Access({ app, view }: AccessProps) {
  const [access] = useState(() => createAccess(app));
  switch (view) {
    case "keys":
      return <Keys app={app} access={access} />;
    case "workers":
      return <Workers app={app} access={access} />;
    case "sessions":
      return <Sessions access={access} />;
    case "data":
      return <YourData app={app} access={access} />;
    default:
      return assertNever(view);
  }
}
