-- SPDX-FileCopyrightText: The Freehold authors
-- SPDX-License-Identifier: Apache-2.0

-- One row for each answer. The transcript (docs/formats/transcript.md) is the record, and holds the receipt; the other columns repeat
-- what lists show. Rows are only ever added.
CREATE TABLE receipt (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  model_digest TEXT NOT NULL,
  finished TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  transcript BLOB NOT NULL
);
