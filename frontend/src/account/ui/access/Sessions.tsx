import { Button } from "../../../ui/Button";
import type { Access } from "../../access";
import { currentFirst, sessionWords } from "../../access-words";
import { useChange, useFeed } from "./hooks";
import { focusTitle, Section } from "./Section";

const OTHERS = "others";

/** Where the person is signed in. */
export function Sessions({ access }: { access: Access }) {
  const { api, sessions: feed } = access;
  const state = useFeed(feed);
  const { busy, problem, change } = useChange();

  async function end(about: string, call: () => Promise<unknown>) {
    const done = await change(about, call);
    await feed.refresh();
    if (done) focusTitle("sessions");
  }
  return (
    <Section
      title="Where you are signed in"
      testId="sessions"
      what="Your sessions"
      feed={feed}
      state={state}
      problem={problem}
      lead="A browser that you sign out here is out at once. Only its kind is kept: no address, and no place."
    >
      {({ sessions }) => (
        <>
          <ul className="rows">
            {currentFirst(sessions).map((session) => (
              <li key={session.id} className="row access-row" data-testid="session-row">
                <div>
                  <p className="row-main">
                    {session.device}
                    {session.current && <span className="here">this browser</span>}
                  </p>
                  <p className="row-side">{sessionWords(session, new Date())}</p>
                </div>
                {!session.current && (
                  <Button
                    data-testid="end-session"
                    aria-label={`Sign out ${session.device}`}
                    disabled={busy !== null}
                    onClick={() => void end(session.id, () => api.endSession(session.id))}
                  >
                    Sign out
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {sessions.length > 1 && (
            <Button
              look="danger"
              className="access-all"
              data-testid="end-other-sessions"
              disabled={busy !== null}
              onClick={() => void end(OTHERS, () => api.endOtherSessions())}
            >
              Sign out everywhere else
            </Button>
          )}
        </>
      )}
    </Section>
  );
}
