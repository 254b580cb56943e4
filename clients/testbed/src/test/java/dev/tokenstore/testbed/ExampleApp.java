package dev.tokenstore.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;

/// An app of the folder `examples`, run as its README says, on a sidecar and a vendor of its own.
final class ExampleApp {
    private final ControlClient control;
    private final String vendor;
    private final ClientSuite programs;

    private ExampleApp(ControlClient control, String vendor, ClientSuite programs) {
        this.control = control;
        this.vendor = vendor;
        this.programs = programs;
    }

    /// @param name of the app's folder
    static ExampleApp on(Testbed testbed, String name) {
        var control = new ControlClient(testbed);
        var sidecar = control.newSidecar("{}");
        var vendor = control.ok("POST", "/vendors", "{}");
        var path = "/vendors/" + vendor.get("id").textValue();
        var refreshToken = control.ok("POST", path + "/refresh-tokens", "").get("refreshToken");
        var environment = Map.of(
                "TOKENSTORE_ADDRESS", sidecar.get("address").textValue(),
                "ZOHO_API_DOMAIN", vendor.get("apiDomain").textValue(),
                "ZOHO_ACCOUNTS_URL", vendor.get("accountsUrl").textValue(),
                "ZOHO_CLIENT_ID", "1000.EXAMPLE",
                "ZOHO_CLIENT_SECRET", "fixture-secret-of-the-client",
                "ZOHO_REFRESH_TOKEN", refreshToken.textValue());
        var programs = new ClientSuite("example " + name, Path.of("../../examples", name), environment);
        return new ExampleApp(control, path, programs);
    }

    /// Runs a step that must succeed, before the app.
    ExampleApp prepare(String... command) {
        programs.run(command);
        return this;
    }

    /// Starts the app twice: the second time it finds the token that the first one was given.
    void assertStartsTwiceOnOneTokenRequest(String... command) {
        programs.run(command);
        programs.run(command);

        var asked = control.ok("GET", vendor, "");
        assertThat(asked.get("tokenRequests")).as("token requests").hasSize(1);
        assertThat(asked.get("apiCalls").intValue()).as("calls to the CRM").isGreaterThanOrEqualTo(2);
        assertThat(asked.get("lastApiToken").textValue()).isEqualTo("valid");
        programs.tell("started twice, the vendor was asked for one token");
    }
}
