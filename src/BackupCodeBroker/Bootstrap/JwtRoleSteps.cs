using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Bootstrap;

/// <summary>Whom the broker's role lets in, as far as an administrator says it with a run; what is not said stays as it is.</summary>
/// <param name="ServiceAccount">A service account as <c>NAMESPACE/NAME</c>, or null.</param>
/// <param name="Subject">The JWT's subject, or null.</param>
/// <param name="Audience">An audience that the JWT must have, or null.</param>
internal sealed record LoginBounds(string? ServiceAccount, string? Subject, string? Audience)
{
    /// <summary>Nothing is said.</summary>
    public static LoginBounds None { get; } = new(null, null, null);

    /// <summary>Why they do not go with a log-in; null where they do.</summary>
    public string? Fault(JwtLoginSettings? login) => login switch
    {
        null => this == None ? null : "--service-account, --subject and --audience are for a broker that logs in by login.kubernetes or login.jwt, which the configuration does not name",
        { IsKubernetes: true } when Subject is not null => "--subject is for login.jwt; Kubernetes' accounts are named with --service-account",
        { IsKubernetes: false } when ServiceAccount is not null => "--service-account is for login.kubernetes; other JWTs are named with --subject",
        _ when ServiceAccount is not null && ServiceAccount.Split('/') is not [{ Length: > 0 }, { Length: > 0 }] => "--service-account is NAMESPACE/NAME",
        _ when ServiceAccount?.Contains('*', StringComparison.Ordinal) is true => "--service-account names one account: the broker's",
        _ => null,
    };
}

/// <summary>
/// The broker's log-in by JWT: the method, which an administrator enables and configures (where Kubernetes is, whose keys are believed), and the broker's role
/// there. A role that lets in whoever asks is a person's to narrow: nobody else knows who the broker is.
/// </summary>
internal sealed class JwtRoleSteps(BootstrapSession session, JwtLoginSettings login, IReadOnlyList<string> policies, LoginBounds bounds)
{
    private VaultAdmin Admin => session.Admin;

    /// <summary>Method and role.</summary>
    public IEnumerable<BootstrapStep> All()
    {
        var method = Method();
        return [method, Role(method)];
    }

    private BootstrapStep Method() => new()
    {
        Id = StepIds.LoginMount,
        What = $"auth method {login.Mount}/ ({login.Kind})",
        Lost = "Without it the broker cannot log in.",
        Read = async cancellation => Reading.Of(
            await Admin.ListAuthMethodsAsync(cancellation), methods => Judge(methods.GetValueOrDefault(login.Mount + "/"))),
        Change = _ => throw new InvalidOperationException("the method is a person's to enable"),
    };

    private BootstrapStep Role(BootstrapStep method)
    {
        var desired = BrokerForms.JwtRole(policies, login.IsKubernetes).And(Bound());
        return new BootstrapStep
        {
            Id = StepIds.BrokerRole,
            What = $"role {login.Mount}/{login.Role}",
            Lost = "Without it the broker cannot log in.",
            Needs = [method],
            Read = async cancellation => await Admin.ReadLoginRoleAsync(login.Mount, login.Role, cancellation) is var answer && answer is VaultAnswer<AdminFields>.Absent
                ? Absent()
                : Reading.Of(answer, role => Judge(role, desired)),
            Change = async cancellation => Changing.Of(await WriteAsync(desired, cancellation)),
        };
    }

    private Reading Absent() => IsBound ? new Reading.Differs("not there") : new Reading.NeedsPerson("not there, and whom it is to let in nobody has said", Naming());

    private bool IsBound => login.IsKubernetes ? bounds.ServiceAccount is not null : bounds.Subject is not null;

    // Asked first: what else differs would be written, and a role that lets anybody in would have the broker's policies until somebody looks.
    private Reading Judge(AdminFields role, AdminFields desired) => !IsBound && (login.IsKubernetes ? LoginReach.IsOpenKubernetes(role) : LoginReach.IsOpenJwt(role))
        ? new Reading.NeedsPerson("it lets in whoever the method knows, as the broker", Naming())
        : Reading.Of(Alone(desired, role).DifferencesFrom(role), Seen(role));

    private AdminFields Alone(AdminFields desired, AdminFields role) => login.IsKubernetes && IsBound ? LoginReach.NamedAlone(desired, role) : desired;

    // Vault resets what a write of a JWT role leaves out of these two.
    private async Task<VaultAnswer<Done>> WriteAsync(AdminFields desired, CancellationToken cancellation) =>
        await Admin.ReadLoginRoleAsync(login.Mount, login.Role, cancellation) is VaultAnswer<AdminFields>.Ok { Value: var known }
            ? await Admin.WriteLoginRoleAsync(login.Mount, login.Role, known.Only("bound_claims_type").And(Alone(desired, known)), cancellation)
            : await Admin.WriteLoginRoleAsync(login.Mount, login.Role, login.IsKubernetes ? desired : AdminFields.Of(("user_claim", "sub")).And(desired), cancellation);

    private AdminFields Bound()
    {
        List<(string, object)> fields = [];
        if (bounds.ServiceAccount?.Split('/') is [var space, var name])
        {
            fields.Add(("bound_service_account_namespaces", new[] { space }));
            fields.Add(("bound_service_account_names", new[] { name }));
        }

        if (bounds.Subject is { } subject)
        {
            fields.Add(("bound_subject", subject));
        }

        if (bounds.Audience is { } audience)
        {
            fields.Add(login.IsKubernetes ? ("audience", audience) : ("bound_audiences", new[] { audience }));
        }

        return AdminFields.Of([.. fields]);
    }

    private Remedy Naming() => new(
        "say who the broker is, and run bootstrap again",
        login.IsKubernetes ? "bcb bootstrap --service-account NAMESPACE/NAME" : "bcb bootstrap --subject SUBJECT --audience AUDIENCE");

    private string Seen(AdminFields role) => login.IsKubernetes
        ? $"lets in {role.Show("bound_service_account_names")} of {role.Show("bound_service_account_namespaces")}; log-ins live {role.Show("token_ttl")} s, at most {role.Show("token_max_ttl")} s"
        : $"lets in subject {role.Show("bound_subject")} for {role.Show("bound_audiences")}; log-ins live {role.Show("token_ttl")} s, at most {role.Show("token_max_ttl")} s";

    private Reading Judge(MountFacts? method) => method switch
    {
        null => new Reading.NeedsPerson("not there", new Remedy(
            "enable it and say whose JWTs it is to believe",
            $"vault auth enable -path={login.Mount} {login.Kind}",
            login.IsKubernetes
                ? $"vault write auth/{login.Mount}/config kubernetes_host=https://KUBERNETES:443"
                : $"vault write auth/{login.Mount}/config jwt_validation_pubkeys=@key.pem")),
        _ when method.Type == login.Kind || method.Type == "oidc" && !login.IsKubernetes => new Reading.AsDesired(),
        _ => new Reading.NeedsPerson($"a method of another kind ({method.Type}) is there, and it is not replaced", new Remedy($"configure another mount ({login.Setting}.mount)")),
    };
}
