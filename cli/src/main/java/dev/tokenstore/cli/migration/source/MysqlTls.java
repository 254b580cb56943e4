package dev.tokenstore.cli.migration.source;

import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Whether the connection to a database is encrypted, and which certificates are trusted.
///
/// @param mode null for `OFF` on this machine and `VERIFY` elsewhere
/// @param authority a file with the trusted certificate; null for the certificates that this machine trusts
public record MysqlTls(@Nullable Mode mode, @Nullable Path authority) {
    /// How the connection is encrypted and the server authenticated.
    public enum Mode {
        /// Tokens and password are sent unencrypted.
        OFF,
        /// Encrypted; any certificate is accepted.
        TRUST,
        /// Encrypted; the certificate must be valid for the host of the address.
        VERIFY
    }

    void applyTo(Properties properties, MysqlAddress address) {
        properties.setProperty(
                "sslMode",
                switch (modeFor(address)) {
                    case OFF -> "disable";
                    case TRUST -> "trust";
                    case VERIFY -> "verify-full";
                });
        if (authority != null) {
            properties.setProperty("serverSslCert", authority.toString());
        }
        if (address.isLocal()) {
            // MySQL 8 sends the key that encrypts the password; on loopback no other host can answer with its own
            properties.setProperty("allowPublicKeyRetrieval", "true");
        }
    }

    Mode modeFor(MysqlAddress address) {
        if (mode != null) {
            return mode;
        }
        return address.isLocal() && authority == null ? Mode.OFF : Mode.VERIFY;
    }
}
