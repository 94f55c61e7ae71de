import { chatConfig } from "../api/types";
import { createChatApp, startChatApp } from "../chat/app";
import { reader } from "../chat/markdown/libraries";
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
import "../chat/styles/markdown.css";
import "../chat/styles/receipt.css";
import "../chat/styles/composer.css";
import "../chat/styles/shortcuts.css";
import "../chat/styles/print.css";

// The landing page is drawn without it, and an answer takes longer to come than it does.
void reader.want();

mountPage(chatConfig, (config) => {
  const app = createChatApp(config);
  startChatApp(app);
  return <ChatPage app={app} />;
});
