/** A page beside the chat: who signs in or out there does so for the chat's open tabs too. */
import { createPage, lookAgain, type Page } from "../../page/page";
import { type BesideChat, besideChat } from "./beside";

export interface PageBesideChat extends Page {
  chat: BesideChat;
}

/** `elsewhere`: somebody came or went in another tab. */
export function createPageBesideChat(elsewhere: (page: Page) => void): PageBesideChat {
  const page = createPage();
  return { ...page, chat: besideChat(page.api, () => elsewhere(page)) };
}

/** Another person is here now. */
export function signedIn(page: PageBesideChat): void {
  lookAgain(page);
  page.chat.signedIn();
}

/** Rejects with `ApiError`. */
export async function signOut({ session, live, chat }: PageBesideChat): Promise<void> {
  await chat.signingOut();
  await session.signOut();
  live.connect();
  chat.signedOut();
}
