import { pageConfig } from "../api/types";
import { createChatApp, startChatApp } from "../chat/app";
import { ChatPage } from "../chat/ui/ChatPage";
import { mountPage } from "../ui/mount";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/ui.css";
import "../site/site.css";
import "../chat/styles/frame.css";
import "../chat/styles/conversations.css";
import "../chat/styles/thread.css";
import "../chat/styles/landing.css";
import "../chat/styles/messages.css";
import "../chat/styles/composer.css";

mountPage(pageConfig, (config) => {
  const app = createChatApp(config);
  startChatApp(app);
  return <ChatPage app={app} />;
});
