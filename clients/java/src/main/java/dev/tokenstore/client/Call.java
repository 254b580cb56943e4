package dev.tokenstore.client;

/// The calls that the client sends, and what may be done when one fails.
enum Call {
    FIND_TOKEN("tokenstore.v1.TokenStoreService/FindToken", Repeat.WHEN_UNAVAILABLE, ""),
    FIND_TOKEN_BY_ID("tokenstore.v1.TokenStoreService/FindTokenById", Repeat.WHEN_UNAVAILABLE, ""),
    GET_TOKENS("tokenstore.v1.TokenStoreService/GetTokens", Repeat.WHEN_UNAVAILABLE, ""),
    DELETE_TOKEN("tokenstore.v1.TokenStoreService/DeleteToken", Repeat.WHEN_UNAVAILABLE, "delete"),
    REPORT_REJECTED("tokenstore.v1.TokenStoreService/ReportRejected", Repeat.NEVER, ""),
    /// A repeated save could undo another caller's save or revive a token that was deleted in between. It waits for the
    /// connection instead, so that a restart of the sidecar loses no refreshed token.
    SAVE_TOKEN("tokenstore.v1.TokenStoreService/SaveToken", Repeat.UNTIL_SENT, "save"),
    /// A repeated one would delete tokens that were saved in between.
    DELETE_TOKENS("tokenstore.v1.TokenStoreService/DeleteTokens", Repeat.NEVER, "delete"),
    CHECK_HEALTH("grpc.health.v1.Health/Check", Repeat.NEVER, "");

    enum Repeat {
        WHEN_UNAVAILABLE,
        UNTIL_SENT,
        NEVER
    }

    private final String path;
    private final Repeat repeat;
    private final String change;

    Call(String path, Repeat repeat, String change) {
        this.path = "/" + path;
        this.repeat = repeat;
        this.change = change;
    }

    /// The path of the HTTP request.
    String path() {
        return path;
    }

    Repeat repeat() {
        return repeat;
    }

    /// What to do when it is not known whether the sidecar processed the call.
    String advice() {
        return change.isEmpty() ? "try again" : "the " + change + " may have happened all the same, so ask again";
    }
}
