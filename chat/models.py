"""The chat's tables, where Django looks for them; everybody else imports each from its own package."""

from chat.conversation.models import Conversation, Message
from chat.sending.models import SentKey

__all__ = ["Conversation", "Message", "SentKey"]
