-- SPDX-FileCopyrightText: The Freehold authors
-- SPDX-License-Identifier: Apache-2.0

-- Where a receipt stands in the node's log (docs/formats/log.md); a receipt without a row is not known to be there yet. Rows are only ever
-- added, after the log has said that the entry is durable.
CREATE TABLE logged (
  receipt INTEGER PRIMARY KEY REFERENCES receipt (sequence),
  entry INTEGER NOT NULL UNIQUE
);
