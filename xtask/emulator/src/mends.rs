//! What moto does wrongly or not at all, mended: always on. One module per concern, and here
//! the table of who mends what.

use anyhow::Result;
use hyper::StatusCode;
use hyper::body::Bytes;

use crate::faults::rules::Rules;
use crate::moto::Moto;
use crate::protocol::{Answer, Call, Element, Form, Service};

pub(crate) mod agents;
pub(crate) mod balancers;
pub(crate) mod buckets;
pub(crate) mod dependencies;
pub(crate) mod endpoints;
pub(crate) mod filters;
pub(crate) mod gateways;
pub(crate) mod groups;
pub(crate) mod played;
pub(crate) mod policies;
pub(crate) mod refreshes;
pub(crate) mod repeats;
pub(crate) mod sign_in;
pub(crate) mod subscriptions;
pub(crate) mod templates;
pub(crate) mod tokens;

/// What the client asked, as it was before any mend.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(crate) region: String,
    pub(crate) form: Form,
    /// The bucket, for S3.
    pub(crate) bucket: String,
    /// The body, where it is no form.
    pub(crate) body: Bytes,
}

impl Question {
    /// What a call asks.
    pub(crate) fn of(call: &Call) -> Self {
        let bucket = match call.service {
            Service::S3 => call.bucket().to_owned(),
            _ => String::new(),
        };
        Self {
            service: call.service,
            operation: call.operation.clone(),
            region: call.region.clone(),
            form: call.form(),
            bucket,
            body: call.bytes(),
        }
    }

    /// A parameter, empty if missing.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.form.get(name)
    }

    /// Refuses it.
    pub(crate) fn refuse(&self, code: &str, message: &str) -> Answer {
        Answer::refusal(self.service, code, message)
    }
}

/// What mends remember of the cloud.
#[derive(Debug, Default)]
pub(crate) struct Mended {
    pub(crate) balancers: balancers::Balancers,
    pub(crate) buckets: buckets::Buckets,
    pub(crate) gateways: gateways::Gateways,
    pub(crate) groups: groups::Groups,
    pub(crate) played: Option<played::Fleet>,
    pub(crate) policies: policies::Policies,
    pub(crate) refreshes: refreshes::Refreshes,
    pub(crate) repeats: repeats::Repeats,
    pub(crate) templates: templates::Templates,
    pub(crate) tokens: tokens::Tokens,
}

/// Where a mend works.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) moto: &'a Moto,
    pub(crate) rules: &'a Rules,
    pub(crate) mended: &'a mut Mended,
}

impl Scene<'_> {
    /// Asks moto where the question asked; the document if moto agreed.
    pub(crate) async fn ask(
        &self,
        question: &Question,
        service: Service,
        parameters: &[(&str, &str)],
    ) -> Result<Option<Element>> {
        let asked = self.moto.ask(service, &question.region, parameters).await?;
        let (status, document) = asked;
        Ok((status == StatusCode::OK).then_some(document))
    }

    /// The items that an EC2 describe lists under a filter.
    pub(crate) async fn list(
        &self,
        question: &Question,
        operation: &str,
        items: &str,
        filter: (&str, &str),
    ) -> Result<Vec<Element>> {
        let (name, value) = filter;
        let parameters = [
            ("Action", operation),
            ("Filter.1.Name", name),
            ("Filter.1.Value.1", value),
        ];
        let document = self.ask(question, Service::Ec2, &parameters).await?;
        let found = document.iter().flat_map(|document| document.all(items));
        Ok(found.cloned().collect())
    }
}

/// Whether any mend or view may concern the call; objects of S3 pass by.
pub(crate) fn concern(call: &Call) -> bool {
    match call.service {
        Service::Ec2 | Service::Balancing | Service::Scaling | Service::Iam => true,
        Service::S3 => matches!(
            call.operation.as_str(),
            "CreateBucket"
                | "DeleteBucket"
                | "GetBucketVersioning"
                | "PutBucketPolicy"
                | "GetBucketPolicy"
                | "DeleteBucketPolicy"
        ),
        Service::Ssm => call.operation == "DescribeInstanceInformation",
        Service::Sns => matches!(
            call.operation.as_str(),
            "Subscribe" | "ListSubscriptionsByTopic"
        ),
        Service::Sts | Service::Monitoring | Service::Quotas | Service::Other => false,
    }
}

/// Before moto: an answer in its place, or the call edited for it.
pub(crate) async fn before(
    scene: &mut Scene<'_>,
    question: &Question,
    call: &mut Call,
) -> Result<Option<Answer>> {
    filters::take(call);
    match (question.service, question.operation.as_str()) {
        // The policy is kept here: moto would enforce it without its conditions.
        (Service::S3, "PutBucketPolicy") => buckets::put_policy(scene, question).await,
        (Service::S3, "GetBucketPolicy") => buckets::get_policy(scene, question).await,
        (Service::S3, "DeleteBucketPolicy") => buckets::delete_policy(scene, question).await,

        // The same token is the same request: it has the same answer.
        (
            Service::Ec2,
            "CreateNatGateway"
            | "CreateRouteTable"
            | "CreateVpcEndpoint"
            | "CreateLaunchTemplate"
            | "CreateLaunchTemplateVersion",
        ) => {
            let answer = tokens::before(scene, question);
            if answer.is_none() {
                templates::before(call);
                endpoints::before_create(call);
            }
            Ok(answer)
        }

        // Who may what.
        (Service::Iam, "SimulatePrincipalPolicy") => Ok(Some(policies::simulate(scene, question))),

        // What moto's instances do not have: an agent.
        (Service::Ssm, "DescribeInstanceInformation") => agents::describe(scene, question).await,

        // AWS's own policies are there without anybody's making them.
        (Service::Iam, _) => policies::before(scene, question, call).await,

        // What is in use stays.
        (Service::Ec2, "DeleteSecurityGroup") => dependencies::group(scene, question).await,
        (Service::Ec2, "DeleteSubnet") => dependencies::subnet(scene, question).await,
        (Service::Ec2, "AssociateRouteTable") => dependencies::association(scene, question).await,
        (Service::Ec2, "DetachInternetGateway") => dependencies::gateway(scene, question).await,
        (Service::Ec2, "DeleteRouteTable") => endpoints::before_delete_table(scene, question).await,
        (Service::Ec2, "DeleteVpc") => dependencies::vpc(scene, question).await,
        (Service::Ec2, "ReleaseAddress") => dependencies::address(scene, question).await,

        // A gateway that is not there is an error, not an empty answer or a crash.
        (Service::Ec2, "DeleteNatGateway") => gateways::before_delete(scene, question).await,

        // A route needs a gateway that is available, or attached.
        (Service::Ec2, "CreateRoute" | "ReplaceRoute") => {
            gateways::before_route(scene, question).await
        }

        // A name is taken once; the same settings again are the same resource.
        (Service::Balancing, "CreateLoadBalancer") => {
            balancers::default_scheme(call);
            match repeats::before(scene, question).await? {
                None => balancers::before_create(scene, question).await,
                answer => Ok(answer),
            }
        }
        (Service::Balancing, "CreateTargetGroup") => repeats::before(scene, question).await,
        (Service::Balancing, "CreateListener") => match repeats::before(scene, question).await? {
            None => sign_in::before(scene, question, call).await,
            answer => Ok(answer),
        },

        // A secret is taken, and never shown.
        (Service::Balancing, "ModifyListener") => sign_in::before(scene, question, call).await,

        // A deleted load balancer's interfaces go, at once or later.
        (Service::Balancing, "DeleteLoadBalancer") => {
            balancers::before_delete(scene, question).await
        }

        // Groups: a name is taken once, instances hold their group, a refresh holds its template.
        (Service::Scaling, "CreateAutoScalingGroup") => {
            groups::before_create(scene, question).await
        }
        (Service::Scaling, "DeleteAutoScalingGroup") => {
            groups::before_delete(scene, question).await
        }
        (Service::Scaling, "UpdateAutoScalingGroup") => {
            Ok(refreshes::before_update(scene, question))
        }
        (Service::Scaling, "DescribeScalingActivities") => {
            Ok(Some(groups::activities(scene, question)))
        }

        // Instance refresh, which moto does not have.
        (Service::Scaling, "StartInstanceRefresh") => refreshes::start(scene, question).await,
        (Service::Scaling, "DescribeInstanceRefreshes") => {
            refreshes::describe(scene, question).await
        }
        (Service::Scaling, "CancelInstanceRefresh") => Ok(Some(refreshes::cancel(scene, question))),
        (Service::Scaling, "RollbackInstanceRefresh") => {
            Ok(Some(refreshes::roll_back(scene, question)))
        }
        _ => Ok(None),
    }
}

/// After moto: the answer edited, and what moto forgot done.
pub(crate) async fn after(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    match (question.service, question.operation.as_str()) {
        (Service::S3, "CreateBucket") => buckets::after_create(scene, question, answer).await?,
        (Service::S3, "DeleteBucket") => buckets::after_delete(scene, question, answer),
        (Service::S3, "GetBucketVersioning") => buckets::after_versioning(answer)?,
        (
            Service::Ec2,
            "CreateLaunchTemplate"
            | "CreateLaunchTemplateVersion"
            | "DescribeLaunchTemplateVersions",
        ) => templates::after(scene, question, answer)?,
        (Service::Ec2, "DeleteLaunchTemplate") => templates::after_delete(question, answer),
        (Service::Ec2, "DescribeLaunchTemplates") => {
            templates::after_list(scene, question, answer).await?;
        }
        (Service::Ec2, "CreateNatGateway") => {
            gateways::after_create(scene, question, answer).await?
        }
        (Service::Ec2, "DeleteNatGateway") => {
            gateways::after_delete(scene, question, answer).await?
        }
        (Service::Ec2, "DescribeNatGateways") => {
            gateways::after_describe(scene, question, answer).await?
        }
        (Service::Ec2, "DescribeNetworkInterfaces") => {
            balancers::after_describe_interfaces(scene, question, answer).await?;
        }
        (Service::Ec2, "DescribeVpcEndpoints") => endpoints::after_describe(answer)?,
        (Service::Ec2, "ModifyVpcEndpoint") => {
            endpoints::after_modify(scene, question, answer).await?
        }
        (Service::Ec2, "DescribeTags") => filters::after_tags(answer)?,
        (Service::Ec2, "TerminateInstances") => groups::after_terminate(scene, question).await?,
        (Service::Iam, _) => policies::after(answer),
        (Service::Sns, "Subscribe") => subscriptions::after_subscribe(scene, question, answer)?,
        (Service::Sns, "ListSubscriptionsByTopic") => subscriptions::after_list(scene, answer)?,
        (Service::Balancing, "CreateLoadBalancer") => {
            balancers::after_create(scene, question, answer).await?;
        }
        (Service::Balancing, "SetSecurityGroups" | "SetSubnets") => {
            balancers::after_change(scene, question, answer).await?;
        }
        (Service::Scaling, "DescribeAutoScalingGroups") => {
            groups::after_describe(scene, question, answer)?;
            played::after_describe_groups(scene, answer)?;
        }
        (Service::Balancing, "DescribeTargetHealth") => {
            played::after_describe_targets(scene, question, answer)?;
        }
        (Service::Scaling, operation) if !operation.starts_with("Describe") => {
            groups::after_change(scene, question, answer).await?;
        }
        _ => {}
    }
    filters::require(question, answer)?;
    tokens::after(scene, question, answer);
    repeats::after(scene, question, answer);
    Ok(())
}
