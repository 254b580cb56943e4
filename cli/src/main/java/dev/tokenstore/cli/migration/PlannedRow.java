package dev.tokenstore.cli.migration;

import dev.tokenstore.store.token.TokenFields;

/// A row of the source with the decision about it.
record PlannedRow(String location, TokenFields fields, Decision decision) {}
