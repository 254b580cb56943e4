package dev.tokenstore.operator.access;

import java.util.Comparator;
import java.util.Optional;

/// The namespace and name of a service account, whether or not it exists.
public record ServiceAccountRef(String namespace, String name) implements Comparable<ServiceAccountRef> {
    private static final String PREFIX = "system:serviceaccount:";
    private static final Comparator<ServiceAccountRef> ORDER =
            Comparator.comparing(ServiceAccountRef::namespace).thenComparing(ServiceAccountRef::name);

    /// Returns the account that the API server calls by this user name; empty if it is none.
    public static Optional<ServiceAccountRef> ofUserName(String userName) {
        var parts = userName.startsWith(PREFIX)
                ? userName.substring(PREFIX.length()).split(":", -1)
                : new String[0];
        return parts.length == 2 ? Optional.of(new ServiceAccountRef(parts[0], parts[1])) : Optional.empty();
    }

    @Override
    public int compareTo(ServiceAccountRef other) {
        return ORDER.compare(this, other);
    }
}
