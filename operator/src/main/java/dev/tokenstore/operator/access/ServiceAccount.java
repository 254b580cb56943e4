package dev.tokenstore.operator.access;

import java.util.Comparator;
import java.util.Optional;

/// A service account, whether or not it exists.
public record ServiceAccount(String namespace, String name) implements Comparable<ServiceAccount> {
    private static final String PREFIX = "system:serviceaccount:";
    private static final Comparator<ServiceAccount> ORDER =
            Comparator.comparing(ServiceAccount::namespace).thenComparing(ServiceAccount::name);

    /// Returns the account that the API server calls by this user name; empty if it is none.
    public static Optional<ServiceAccount> ofUserName(String userName) {
        var parts = userName.startsWith(PREFIX)
                ? userName.substring(PREFIX.length()).split(":", -1)
                : new String[0];
        return parts.length == 2 ? Optional.of(new ServiceAccount(parts[0], parts[1])) : Optional.empty();
    }

    @Override
    public int compareTo(ServiceAccount other) {
        return ORDER.compare(this, other);
    }
}
