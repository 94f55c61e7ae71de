import { SignPage } from "../admin/SignPage";
import { Signing } from "../admin/signing";
import { signConfig } from "../admin/types";
import { browserRequest } from "../api/request";
import { mountPage } from "../ui/mount";
import { discoverWallets } from "../wallet/discovery";
import "../admin/sign.css";

mountPage(signConfig, (config) => {
  const signing = new Signing(config, browserRequest());
  return <SignPage config={config} signing={signing} wallets={discoverWallets(window)} />;
});
