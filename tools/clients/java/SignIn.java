import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import java.util.Set;

/** Signs in with a secret by MSAL4J and prints the token. */
public class SignIn {
  public static void main(String[] arguments) throws Exception {
    var secret = ClientCredentialFactory.createFromSecret(System.getenv("CLIENT_SECRET"));
    var application =
        ConfidentialClientApplication.builder(System.getenv("CLIENT_ID"), secret)
            .authority(System.getenv("ENDPOINT") + "/" + System.getenv("TENANT_ID") + "/")
            .instanceDiscovery(false)
            .build();
    var asked =
        ClientCredentialParameters.builder(Set.of("https://graph.microsoft.com/.default")).build();
    var token = application.acquireToken(asked).get().accessToken();
    System.out.println("{\"msal4j\": \"" + token + "\"}");
  }
}
