-- SPDX-FileCopyrightText: The Freehold authors
-- SPDX-License-Identifier: Apache-2.0

-- The node that signed the receipt, where it is another machine's: null for this home's own. Only own receipts are this home's to log.
ALTER TABLE receipt ADD COLUMN node TEXT;
CREATE INDEX receipt_node ON receipt (node, sequence) WHERE node IS NOT NULL;
