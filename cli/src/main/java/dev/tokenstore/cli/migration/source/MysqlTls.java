package dev.tokenstore.cli.migration.source;

import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Whether the connection to a database is encrypted, and whose certificate is believed.
///
/// @param mode null for: as fits the address
/// @param authority a file with the certificate that the server's is checked against; null for the machine's
public record MysqlTls(@Nullable Mode mode, @Nullable Path authority) {
    /// How far the server is trusted.
    public enum Mode {
        /// Tokens and password go unencrypted.
        OFF,
        /// Encrypted, with whoever answers.
        TRUST,
        /// Encrypted, and the server must prove that it is the host of the address.
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
            // MySQL 8 hands out the key that the password is encrypted with; nobody else can answer on loopback
            properties.setProperty("allowPublicKeyRetrieval", "true");
        }
    }

    /// A certificate proves nothing more on the machine itself; anywhere else nobody reads along unasked.
    Mode modeFor(MysqlAddress address) {
        if (mode != null) {
            return mode;
        }
        return address.isLocal() && authority == null ? Mode.OFF : Mode.VERIFY;
    }
}
