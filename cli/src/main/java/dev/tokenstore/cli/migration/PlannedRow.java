package dev.tokenstore.cli.migration;

import dev.tokenstore.store.token.TokenFields;

/// A row of the source, and what was decided about it.
record PlannedRow(String place, TokenFields fields, Decision decision) {}
