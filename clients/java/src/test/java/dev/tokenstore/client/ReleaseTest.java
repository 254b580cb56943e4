package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Apps on Java 11 can load this client.
class ReleaseTest {
    private static final int JAVA_11 = 55;

    @Test
    void everyClassIsCompiledForJava11() throws Exception {
        assertThat(versionsIn(Path.of("target/classes"))).hasSizeGreaterThan(10).containsOnly(JAVA_11);
    }

    private static List<Integer> versionsIn(Path folder) throws IOException {
        var versions = new ArrayList<Integer>();
        try (var files = Files.walk(folder)) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                try (var content = Files.newInputStream(file)) {
                    versions.add(versionOf(content));
                }
            }
        }
        return versions;
    }

    private static int versionOf(InputStream content) throws IOException {
        var data = new DataInputStream(content);
        data.readInt();
        data.readUnsignedShort();
        return data.readUnsignedShort();
    }
}
