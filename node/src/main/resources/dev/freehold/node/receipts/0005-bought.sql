-- SPDX-FileCopyrightText: The Freehold authors
-- SPDX-License-Identifier: Apache-2.0

-- Answers that were bought (docs/formats/purchase.md), the oldest first. Rows are only ever added.
CREATE TABLE bought (
  sequence INTEGER PRIMARY KEY,
  seller TEXT NOT NULL,
  ended TEXT NOT NULL,
  model TEXT NOT NULL,
  model_digest TEXT NOT NULL,
  channel TEXT NOT NULL,
  paid TEXT NOT NULL,
  receipt TEXT,
  how TEXT NOT NULL,
  finding TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  to_first INTEGER NOT NULL,
  total INTEGER NOT NULL
);
CREATE INDEX bought_seller ON bought (seller, sequence);
CREATE INDEX bought_receipt ON bought (receipt) WHERE receipt IS NOT NULL;

-- Up to what amount vouchers of a channel became records, for each role of docs/formats/payment-entry.md.
CREATE TABLE voucher (
  role TEXT NOT NULL,
  channel TEXT NOT NULL,
  amount TEXT NOT NULL,
  PRIMARY KEY (role, channel)
);

-- The receipt that a record tells of; null where it tells of none, and for records from before this column.
ALTER TABLE record ADD COLUMN receipt TEXT;
CREATE INDEX record_receipt ON record (receipt) WHERE receipt IS NOT NULL;
