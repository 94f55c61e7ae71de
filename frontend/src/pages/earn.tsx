import { earnConfig } from "../api/types";
import { createEarnApp, startEarnApp } from "../earn/app";
import { EarnPage } from "../earn/ui/EarnPage";
import { mountPage } from "../ui/mount";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/ui.css";
import "../site/site.css";
import "../chart/chart.css";
import "../earn/styles/page.css";
import "../earn/styles/before.css";
import "../earn/styles/station.css";
import "../earn/styles/dashboard.css";

mountPage(earnConfig, (config) => {
  const app = createEarnApp(config);
  startEarnApp(app);
  return <EarnPage app={app} />;
});
