package dev.tokenstore.api;

/// Why a token's time is over.
public enum EndReason {
    /// Neither saved nor read for the store's `sessionTimeout`.
    SESSION_ENDED("SessionEnded"),
    /// First saved longer ago than the store's `maxTokenAge`.
    TOO_OLD("TooOld"),
    /// The access token expired and nothing stored could renew it.
    EXPIRED("Expired"),
    /// Holds no credential, or stayed pending.
    UNUSABLE("Unusable"),
    /// Its store was deleted under `deletionPolicy: Delete`.
    STORE_DELETED("StoreDeleted");

    private final String label;

    EndReason(String label) {
        this.label = label;
    }

    /// The reason's fixed name in status, events and metrics.
    public String label() {
        return label;
    }
}
