package dev.tokenstore.cli;

import dev.tokenstore.testing.ModuleArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture(
                        "dev.tokenstore.cli",
                        List.of(
                                "dev.tokenstore.api..",
                                "dev.tokenstore.client..",
                                "dev.tokenstore.runtime..",
                                "dev.tokenstore.store..",
                                "com.fasterxml.jackson..",
                                "io.fabric8..",
                                "org.sqlite..",
                                "org.yaml.snakeyaml..",
                                "picocli.."))
                .check();
    }
}
