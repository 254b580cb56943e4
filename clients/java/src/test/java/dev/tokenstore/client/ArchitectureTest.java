package dev.tokenstore.client;

import dev.tokenstore.testing.ModuleArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture("dev.tokenstore.client", List.of()).check();
    }
}
