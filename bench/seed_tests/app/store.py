"""Conversations in a database."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS message_conversation ON message (conversation);
"""


class NotFound(LookupError):
    """There is no such conversation."""


class Store:
    """Conversations and their messages."""

    def __init__(self, connection):
        self._connection = connection

    def start(self, owner, title):
        """Starts a conversation and returns its number."""
        if not title.strip():
            title = "untitled"
        cursor = self._connection.execute(
            "INSERT INTO conversation (owner, title) VALUES (?, ?)", (owner, title.strip())
        )
        return cursor.lastrowid

    def say(self, number, role, content):
        """Adds a message to a conversation."""
        self._row(number)
        cursor = self._connection.execute(
            "INSERT INTO message (conversation, role, content) VALUES (?, ?, ?)", (number, role, content)
        )
        return cursor.lastrowid

    def messages(self, number, last=None):
        """Returns the messages of a conversation, or its last ones."""
        self._row(number)
        rows = self._connection.execute(
            "SELECT role, content FROM message WHERE conversation = ? ORDER BY id", (number,)
        ).fetchall()
        if last is not None:
            rows = rows[-last:] if last else []
        return [{"role": role, "content": content} for role, content in rows]

    def of(self, owner, *, archived=False):
        """Returns the titles of somebody's conversations, by number."""
        query = "SELECT id, title FROM conversation WHERE owner = ?"
        if not archived:
            query += " AND archived = 0"
        return dict(self._connection.execute(query + " ORDER BY id", (owner,)).fetchall())

    def archive(self, number):
        """Hides a conversation, and reports whether it was visible."""
        if self._row(number)[3]:
            return False
        self._connection.execute("UPDATE conversation SET archived = 1 WHERE id = ?", (number,))
        return True

    def search(self, owner, word):
        """Returns the numbers of somebody's conversations in which a word occurs."""
        if not word:
            return []
        pattern = "%" + word.replace("%", "").replace("_", "") + "%"
        rows = self._connection.execute(
            "SELECT DISTINCT c.id FROM conversation c JOIN message m ON m.conversation = c.id "
            "WHERE c.owner = ? AND m.content LIKE ? ORDER BY c.id",
            (owner, pattern),
        )
        return [number for (number,) in rows]

    def delete(self, number):
        """Deletes a conversation and its messages, and returns how many these were."""
        self._row(number)
        gone = self._connection.execute("DELETE FROM message WHERE conversation = ?", (number,)).rowcount
        self._connection.execute("DELETE FROM conversation WHERE id = ?", (number,))
        return gone

    def merge(self, target, source):
        """Moves all messages of one conversation to the end of another one."""
        if target == source:
            raise ValueError("a conversation cannot be merged with itself")
        for message in self.messages(source):
            self.say(target, message["role"], message["content"])
        self.delete(source)

    def _row(self, number):
        row = self._connection.execute("SELECT * FROM conversation WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise NotFound(f"there is no conversation {number}")
        return row
