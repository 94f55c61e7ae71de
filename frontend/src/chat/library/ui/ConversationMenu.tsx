import { exportLink } from "../../../api/api";
import type { ConversationSummary } from "../../../api/types";
import { Menu, MenuButton, MenuDownload } from "../../../ui/Menu";

interface ConversationMenuProps {
  item: ConversationSummary;
  title: string;
  onRename: () => void;
  onPin: () => void;
  onDelete: () => void;
}

/** What can be done with one conversation. */
export function ConversationMenu({ item, title, onRename, onPin, onDelete }: ConversationMenuProps) {
  return (
    <Menu label={`Actions for ${title}`} testId="conversation-menu" className="conversation-menu">
      <MenuButton icon="edit" testId="rename-conversation" onClick={onRename}>
        Rename
      </MenuButton>
      <MenuButton icon="pin" testId="pin-conversation" onClick={onPin}>
        {item.pinned ? "Unpin" : "Pin"}
      </MenuButton>
      <MenuDownload icon="download" testId="export-markdown" href={exportLink(item.id, "markdown")}>
        Export as Markdown
      </MenuDownload>
      <MenuDownload icon="download" testId="export-json" href={exportLink(item.id, "json")}>
        Export as JSON
      </MenuDownload>
      <MenuButton icon="trash" testId="delete-conversation" danger onClick={onDelete}>
        Delete
      </MenuButton>
    </Menu>
  );
}
