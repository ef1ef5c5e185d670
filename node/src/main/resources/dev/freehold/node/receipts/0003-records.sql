-- SPDX-FileCopyrightText: The Freehold authors
-- SPDX-License-Identifier: Apache-2.0

-- Signed records beside receipts that are to be logged (verdicts); entry is where one stands in the log, null before that is known. From
-- here on the column transcript of receipt holds the receipt alone where the owner has forgotten the transcript.
CREATE TABLE record (
  sequence INTEGER PRIMARY KEY,
  record BLOB NOT NULL UNIQUE,
  entry INTEGER UNIQUE
);
