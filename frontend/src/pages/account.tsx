import { createAccountApp, startAccountApp } from "../account/app";
import { AccountPage } from "../account/ui/AccountPage";
import { moneyConfig } from "../api/money";
import { mountPage } from "../ui/mount";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/ui.css";
import "../site/site.css";
import "../money/money.css";
import "../money/forms.css";
import "../account/styles/account.css";

mountPage(moneyConfig, (config) => {
  const app = createAccountApp(config);
  startAccountApp(app);
  return <AccountPage app={app} />;
});
