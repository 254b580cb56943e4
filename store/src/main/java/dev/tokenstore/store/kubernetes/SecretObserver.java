package dev.tokenstore.store.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import java.util.Optional;

/// Receives what the API server answers about Secrets. Its methods run on the threads of requests and do not block.
///
/// Moments are when a request was sent, by [#now].
interface SecretObserver {
    SecretObserver NONE = new SecretObserver() {
        @Override
        public long now() {
            return 0;
        }

        @Override
        public void read(String name, Optional<Secret> secret, long askedAt) {}

        @Override
        public void wrote(Secret secret, long askedAt) {}

        @Override
        public void watched(String name, Secret secret, boolean isDeleted) {}

        @Override
        public void forget(String name) {}

        @Override
        public void refused() {}
    };

    /// Returns the moment of a request that is about to be sent.
    long now();

    /// A consistent read was answered.
    ///
    /// @param secret empty if there is none of that name
    void read(String name, Optional<Secret> secret, long askedAt);

    /// An own write was carried out.
    void wrote(Secret secret, long askedAt);

    /// A watch delivered a change.
    ///
    /// @param secret as it is now, or was when it was deleted
    void watched(String name, Secret secret, boolean isDeleted);

    /// A Secret was deleted, was not as an own write expected, or may have been changed by a write without an answer.
    void forget(String name);

    /// The account may not read Secrets any more.
    void refused();
}
