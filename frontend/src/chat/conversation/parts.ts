/** What the pieces that show the open conversation work with. */
import type { ChatConfig } from "../../api/types";
import type { Session } from "../../page/session";
import type { ChatController } from "./controller";
import type { ChatMemory } from "./memory";

export interface ConversationParts {
  config: ChatConfig;
  session: Session;
  chat: ChatController;
  memory: ChatMemory;
}
